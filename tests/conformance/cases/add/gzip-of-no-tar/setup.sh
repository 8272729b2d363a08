echo hello | gzip -n > context/text.gz
