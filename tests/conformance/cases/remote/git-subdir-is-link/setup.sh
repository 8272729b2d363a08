git init -q -b main work; cd work; mkdir d; echo one > d/one; ln -s d link; git add -A; git commit -q -m first
cd ..; mkdir served; git clone -q --bare work served/repo.git
