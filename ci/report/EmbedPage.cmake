# cmake -DOUTPUT=FILE -DPAGE=DIR -DUPLOT=DIR -P EmbedPage.cmake
# Writes FILE, a C++ source with the pages of DIR; UPLOT is uPlot's unpacked package, or empty.

# put_together(<variable> <name> <scripts> <library's style> <library's code>)
# The page NAME.html with all its styles and scripts, as C++ literals.
function(put_together variable name scripts style code)
  file(READ ${PAGE}/${name}.html page)
  foreach(sheet IN ITEMS base ${name})
    file(READ ${PAGE}/${sheet}.css own_style)
    string(APPEND style "${own_style}")
  endforeach()
  foreach(script_name IN LISTS scripts)
    file(READ ${PAGE}/${script_name}.js script)
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
  set(${variable} "${literals}" PARENT_SCOPE)
endfunction()

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
put_together(timeline timeline "theme;model;format;lanes;latency;moment;main" "${style}" "${code}")
put_together(run run "theme;run" "" "")
put_together(bench bench "theme;bench" "" "")
file(WRITE ${OUTPUT}.new
  "#include \"ci/report/page_assets.h\"\n\nnamespace dualpath::report {\n\n"
  "const char* const kTimelinePage =\n${timeline};\n"
  "const bool kHasPlotLibrary = ${has_uplot};\n\n"
  "const char* const kRunPage =\n${run};\n\nconst char* const kBenchPage =\n${bench};\n\n}  // namespace dualpath::report\n")
file(RENAME ${OUTPUT}.new ${OUTPUT})
