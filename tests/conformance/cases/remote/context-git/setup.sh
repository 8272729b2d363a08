git init -q -b main work; cd work; mkdir sub; printf 'FROM scratch\nCOPY . /\n' > Dockerfile; printf 'FROM scratch\nCOPY . /below/\n' > sub/Dockerfile; echo FROM > sub/Other; printf 'FROM scratch\nCOPY a /other\n' > sub/Other; echo a > a; echo s > sub/s; echo skip > skip; echo skip > .dockerignore
git add -A; git commit -q -m first; git tag v1; echo later > a; git commit -q -a -m second; git checkout -q -b side; echo side > side; git add -A; git commit -q -m side; git checkout -q main
cd ..; mkdir served; git clone -q --bare work served/repo.git
