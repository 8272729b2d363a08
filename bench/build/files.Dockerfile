# Many small files: copied, some removed by a command, the rest copied into the image.
FROM docker.io/library/golang:1.19 AS tree
COPY tree /tree
RUN find /tree -type f -name '*7' -delete

FROM scratch
COPY --from=tree /tree /tree
