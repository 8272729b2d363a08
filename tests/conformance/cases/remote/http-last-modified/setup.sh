mkdir served; cd served
echo http-last-modified old > old; touch -d @1000000000 old; echo http-last-modified young > young; touch -d @1600000000 young
