# dualpath_page(<variable> <name> NAMESPACE <namespace> SYMBOL <name> TITLE <text>
#               SCRIPTS <name>... [LIBRARY_STYLES <file>...] [LIBRARY_SCRIPTS <file>...])
# Sets <variable> to a C++ source with page/<name>.html in the frame of helpers/page, including
# page/<name>.css and page/<script>.js. The source defines dualpath::<namespace>::<symbol>.
function(dualpath_page variable name)
  cmake_parse_arguments(ARG "" "NAMESPACE;SYMBOL;TITLE" "SCRIPTS;LIBRARY_STYLES;LIBRARY_SCRIPTS" ${ARGN})
  set(frame ${CMAKE_SOURCE_DIR}/helpers/page)
  set(here ${CMAKE_CURRENT_SOURCE_DIR}/page)
  set(styles ${ARG_LIBRARY_STYLES} ${frame}/base.css ${here}/${name}.css)
  set(scripts ${ARG_SCRIPTS})
  list(TRANSFORM scripts PREPEND ${here}/)
  list(TRANSFORM scripts APPEND .js)
  set(scripts ${ARG_LIBRARY_SCRIPTS} ${frame}/theme.js ${scripts})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cc)
  set(embed ${CMAKE_SOURCE_DIR}/ci/cmake/EmbedPage.cmake)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFRAME=${frame} -DPAGE=${here}/${name}.html
            "-DTITLE=${ARG_TITLE}" "-DSTYLES=${styles}" "-DSCRIPTS=${scripts}"
            -DNAMESPACE=${ARG_NAMESPACE} -DSYMBOL=${ARG_SYMBOL} -P ${embed}
    DEPENDS ${frame}/frame.html ${here}/${name}.html ${styles} ${scripts} ${embed}
    COMMENT "Embedding the page ${name}.html" VERBATIM)
  # Not in CMake's unity builds, which ci/lint reads before anything is generated.
  set_source_files_properties(${output} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  set(${variable} ${output} PARENT_SCOPE)
endfunction()
