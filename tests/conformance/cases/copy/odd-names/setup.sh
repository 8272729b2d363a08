mkdir context/odd; cd context/odd; echo a > 'ü n'; echo b > "$(printf 'new\nline')"; echo c > 'back\slash'; echo d > '-dash'; echo e > '*star'; echo f > '~'; echo g > 'quote"'; echo h > ' blank '
