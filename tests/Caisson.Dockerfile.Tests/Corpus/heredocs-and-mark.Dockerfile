# a byte-order mark
FROM debian:bookworm-slim AS base
LABEL org.opencontainers.image.authors="Jürgen"
ONBUILD COPY --chown=65532:65532 . /app
RUN <<-"EOS" bash
	set -e
	echo $HOME
	EOS
COPY <<passwd <<group /etc/
root:x:0:0::/:/x
passwd
root:x:0:
group
HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost/ || exit 1
STOPSIGNAL SIGTERM
VOLUME ["/data"]
EXPOSE 80/tcp 443