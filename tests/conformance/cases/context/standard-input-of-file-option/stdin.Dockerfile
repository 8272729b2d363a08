FROM scratch
COPY one /
