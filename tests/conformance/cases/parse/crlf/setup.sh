printf 'FROM base\r\nRUN echo one \\\r\n  two > /said\r\nENV A=b\r\nCMD ["x"]\r\n' > Dockerfile
