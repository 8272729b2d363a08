git init -q -b main inner; cd inner; echo inner > inner; git add -A; git commit -q -m inner; cd ..
mkdir served; git clone -q --bare inner served/inner.git
git init -q -b main work; cd work; echo one > one
printf '[submodule "part"]\n\tpath = part\n\turl = ../inner.git\n' > .gitmodules
git add -A; git update-index --add --cacheinfo 160000,$(git -C ../inner rev-parse HEAD),part; git commit -q -m first
cd ..; git clone -q --bare work served/repo.git
