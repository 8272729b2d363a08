printf '\357\273\277a\r\nb\r\n' > context/.dockerignore; touch context/a context/b context/c
