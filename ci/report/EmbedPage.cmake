# cmake -DOUTPUT=FILE -DPAGE=DIR -DUPLOT=DIR -P EmbedPage.cmake
# Writes FILE, a C++ source with the page of DIR; UPLOT is uPlot's unpacked package, or empty.
file(READ ${PAGE}/timeline.html page)
set(style "")
set(code "")
set(has_uplot false)
if(UPLOT)
  set(has_uplot true)
  file(READ ${UPLOT}/LICENSE license)
  file(READ ${UPLOT}/dist/uPlot.iife.min.js uplot_code)
  file(READ ${UPLOT}/dist/uPlot.min.css uplot_style)
  string(APPEND code "/* uPlot\n${license}*/\n${uplot_code}\n")
  string(APPEND style "${uplot_style}\n")
endif()
file(READ ${PAGE}/timeline.css own_style)
string(APPEND style "${own_style}")
foreach(name IN ITEMS model format lanes latency moment main)
  file(READ ${PAGE}/${name}.js script)
  string(APPEND code "${script}\n")
endforeach()
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@CODE@" "${code}" page "${page}")

# A compiler need not take a literal of more than 65536 bytes; neighbours become one.
set(literals "")
string(LENGTH "${page}" length)
set(at 0)
while(at LESS length)
  string(SUBSTRING "${page}" ${at} 8000 piece)
  string(APPEND literals "R\"dualpath(${piece})dualpath\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT}.new
  "#include \"ci/report/page_assets.h\"\n\nnamespace dualpath::report {\n\n"
  "const char* const kTimelinePage =\n${literals};\n"
  "const bool kHasPlotLibrary = ${has_uplot};\n\n}  // namespace dualpath::report\n")
file(RENAME ${OUTPUT}.new ${OUTPUT})
