# cmake -DPATTERN=<regex> -P CheckPattern.cmake
# Fails if the pattern is not a regular expression.
if("" MATCHES "${PATTERN}")
endif()
