git init -q -b main work; cd work; echo tag > one; git add -A; git commit -q -m first; git tag same; git checkout -q -b same; echo branch > one; git commit -q -a -m second
cd ..; mkdir served; git clone -q --bare work served/repo.git
