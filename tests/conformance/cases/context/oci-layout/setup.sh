mkdir c && echo 1 > c/one && cd c && python3 - <<'P'
import hashlib,io,json,os,tarfile
os.makedirs('../layout/blobs/sha256'); b=io.BytesIO(); t=tarfile.open(fileobj=b,mode='w'); i=tarfile.TarInfo('one'); i.size=2; i.mtime=1000; t.addfile(i,io.BytesIO(b'1\n')); t.close()
def put(d): h=hashlib.sha256(d).hexdigest(); open('../layout/blobs/sha256/'+h,'wb').write(d); return {'digest':'sha256:'+h,'size':len(d)}
l=put(b.getvalue()); l['mediaType']='application/vnd.oci.image.layer.v1.tar'
c=put(json.dumps({'architecture':'amd64','os':'linux','config':{'Env':['A=1']},'rootfs':{'type':'layers','diff_ids':[l['digest']]},'history':[{'created_by':'hand'}]}).encode()); c['mediaType']='application/vnd.oci.image.config.v1+json'
m=put(json.dumps({'schemaVersion':2,'mediaType':'application/vnd.oci.image.manifest.v1+json','config':c,'layers':[l]}).encode()); m['mediaType']='application/vnd.oci.image.manifest.v1+json'; m['annotations']={'org.opencontainers.image.ref.name':'1.0'}
json.dump({'schemaVersion':2,'manifests':[m]},open('../layout/index.json','w')); open('../layout/oci-layout','w').write('{"imageLayoutVersion":"1.0.0"}')
P
