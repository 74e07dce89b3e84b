"""What has to change, decided without a request: declared against live (``comparison``), and what stands in the way."""
