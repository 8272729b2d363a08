cd context; mkdir dir; echo in > dir/inner; ln -s dir to-dir
