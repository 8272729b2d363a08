printf 'FROM base\nRUN echo \000 x\n' > Dockerfile
