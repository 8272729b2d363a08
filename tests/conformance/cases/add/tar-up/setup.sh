mkdir -p t/in; cd t; echo x > up; cd in; tar -P -cf ../../context/a.tar ../up
