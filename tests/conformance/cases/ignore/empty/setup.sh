: > context/.dockerignore; echo x > context/a
