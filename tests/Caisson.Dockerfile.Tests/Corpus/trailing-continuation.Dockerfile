FROM alpine
RUN apk add --no-cache \
      curl \

      git
MAINTAINER Somebody <some@body.example>
run   echo   "a    b"  
  # indented comment
  Cmd echo "hello # not a comment"
