# cmake -DOUTPUT=FILE -DFRAME=DIR -DPAGE=HTML -DTITLE=TEXT -DSTYLES=CSS;... -DSCRIPTS=JS;...
#       -DNAMESPACE=NAME -DSYMBOL=NAME -P EmbedPage.cmake
# Writes FILE, a C++ source that defines NAMESPACE::SYMBOL, the page HTML inside DIR/frame.html with
# its styles and scripts in it.
cmake_policy(VERSION 3.17)  # in which "@TITLE@" is text
set(style "")
foreach(file IN LISTS STYLES)
  file(READ ${file} text)
  string(APPEND style "${text}")
endforeach()
set(code "")
foreach(file IN LISTS SCRIPTS)
  file(READ ${file} text)
  if(file MATCHES "LICENSE$")
    set(text "/* ${text}*/")
  endif()
  string(APPEND code "${text}\n")
endforeach()
file(READ ${PAGE} body)
file(READ ${FRAME}/frame.html page)
# In the order of the frame, since inserted text may contain an "@".
string(REPLACE "@TITLE@" "${TITLE}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@BODY@" "${body}" page "${page}")
string(REPLACE "@CODE@" "${code}" page "${page}")

# Compilers need not accept literals of more than 65536 bytes, but join adjacent literals.
set(literals "")
string(LENGTH "${page}" length)
set(at 0)
while(at LESS length)
  string(SUBSTRING "${page}" ${at} 8000 piece)
  string(APPEND literals "\nR\"dualpath(${piece})dualpath\"")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT}.new
  "namespace dualpath::${NAMESPACE} {\n\nextern const char* const ${SYMBOL};\n"
  "const char* const ${SYMBOL} =${literals};\n\n}  // namespace dualpath::${NAMESPACE}\n")
file(RENAME ${OUTPUT}.new ${OUTPUT})
