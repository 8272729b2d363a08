printf 'FROM base\r\nCOPY <<EOF /file\r\none\r\ntwo\r\nEOF\r\nRUN <<EOF\r\necho a > /a\r\nEOF\r\n' > Dockerfile
