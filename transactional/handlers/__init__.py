"""What each command does to documents and stock. Importing this package registers every handler."""
