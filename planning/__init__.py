"""Net requirements, suggestions and their reasons as pure functions: frames in, frames out."""
