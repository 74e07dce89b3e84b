"""Which distributions a finished package holds, and what they say of themselves: for the bill of materials and the licences."""
