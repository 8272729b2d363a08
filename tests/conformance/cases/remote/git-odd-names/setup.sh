git init -q -b main work; cd work; mkdir -p 'a b/-c'; echo 1 > 'a b/-c/ü'; echo 2 > '*'; echo 3 > .hidden; mkdir sub; echo x > sub/.gitignore; echo 'text eol=crlf' > .gitattributes; printf 'a\nb\n' > text; git add -A; git commit -q -m first
cd ..; mkdir served; git clone -q --bare work served/repo.git
