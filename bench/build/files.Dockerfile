# Many small files through a layer: copied, changed by a command, copied into the image.
FROM docker.io/library/golang:1.19 AS tree
COPY tree /tree
RUN find /tree -name '*7' -delete

FROM scratch
COPY --from=tree /tree /tree
