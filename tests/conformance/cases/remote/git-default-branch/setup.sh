git init -q -b trunk work; cd work; echo trunk > one; git add -A; git commit -q -m first; git checkout -q -b main; echo main > one; git commit -q -a -m second; git checkout -q trunk
cd ..; mkdir served; git clone -q --bare work served/repo.git
