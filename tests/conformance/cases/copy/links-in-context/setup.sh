mkdir -p context/links/dir; cd context/links
echo f > file; ln -s file to-file; ln -s dir to-dir; ln -s nowhere dangling; ln -s /etc/passwd absolute; ln -s ../../../up up; echo in > dir/inner
