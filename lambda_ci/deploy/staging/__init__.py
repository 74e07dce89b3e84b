"""How a package reaches Lambda: inside the request, or through the staging bucket."""
