mkdir served; git init -q --bare -b main served/repo.git
