FROM base-image AS builder

COPY server.tar.gz /
RUN tar -xzf server.tar.gz && rm server.tar.gz
# The compiler of the distribution, and nothing from elsewhere.
RUN apt-get update && \
    apt-get install -y \
    make \
    # needed by the module tool
    git \
    golang-go
WORKDIR /server-1.7.2
RUN make server
RUN ./server -v

FROM base-image
COPY --from=builder /server-1.7.2/server /usr/local/bin/server
EXPOSE 7233
CMD ["server", "start"]
