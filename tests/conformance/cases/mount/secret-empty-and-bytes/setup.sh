printf '' > empty; printf 'a\0b\377\n' > bytes
