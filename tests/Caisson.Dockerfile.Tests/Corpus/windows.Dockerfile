# escape=`

FROM mcr.microsoft.com/windows/nanoserver:ltsc2022
SHELL ["powershell", "-Command"]
COPY testfile.txt c:\
RUN dir c:\ ; `
    # a comment
    Write-Host done
ENV PATH="C:\app;%PATH%"
