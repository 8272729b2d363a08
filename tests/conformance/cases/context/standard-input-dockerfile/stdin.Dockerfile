FROM base
RUN echo x > /x
