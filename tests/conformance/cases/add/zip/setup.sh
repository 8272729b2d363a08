cd context; echo a > a; python3 -c "import zipfile; z=zipfile.ZipFile('archive.zip','w'); z.write('a'); z.close()"; rm a; touch -d @1000000000 archive.zip
