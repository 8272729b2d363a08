cd context; echo f > file; ln -s /file absolute
