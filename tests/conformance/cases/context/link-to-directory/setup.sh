mkdir real; echo 1 > real/one; ln -s real link
