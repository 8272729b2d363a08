mkdir -p context/tree/dir/below context/tree/other; chmod 0700 context/tree/dir; chmod 0777 context/tree/other; echo n > context/tree/dir/below/n; touch -d @5 context/tree/dir
