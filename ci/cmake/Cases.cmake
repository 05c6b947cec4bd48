include(GoogleTest)

# Seconds that a case may take, without building its snapshot: in the lab of its VM's CPU time, so that
# a loaded machine takes no verdict away; on a host real ones. `dualpath exec` enforces it, with a
# message and the logs. ctest, which knows only real time, is the last resort.
set(DUALPATH_CASE_TIMEOUT 300)
set(DUALPATH_CTEST_TIMEOUT 86400)
if(DUALPATH_PLACE STREQUAL "host")
  set(DUALPATH_CASE_TIMEOUT 900)  # one case queues I/O for five minutes
  set(DUALPATH_CTEST_TIMEOUT 2700)
endif()

# Labels of cases that run only on request, and all labels that a case file may use.
set(DUALPATH_LABELS_ON_REQUEST soak benchmark table load conformance host-place known-issue)
set(DUALPATH_LABELS smoke timers ${DUALPATH_LABELS_ON_REQUEST})

# dualpath_read_labels(<out> <file>...)
# Appends to the list <out> one rule "<label>=<regex of case names>" for each label that the case files give:
#   // Labels: timers                            all cases of the file
#   // Labels of Suite.BeginningOfTheName: smoke  its cases whose names begin with this prefix
# Names in rules are those in the file, without the prefix and parameter of an instantiation.
function(dualpath_read_labels out)
  set(result ${${out}})
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(STRINGS ${file} lines REGEX "^// *Labels?[ :]")
    if(NOT lines)
      continue()
    endif()
    file(READ ${file} text)
    set(names "")
    string(REGEX MATCHALL "\nTEST(_[FP])?\\([^)]*\\)" macros "${text}")
    foreach(macro IN LISTS macros)
      string(REGEX REPLACE ".*\\([ \n]*([A-Za-z0-9_]+),[ \n]*([A-Za-z0-9_]+)[ \n]*\\)" "^\\1[.]\\2$"
             name "${macro}")
      list(APPEND names "${name}")
    endforeach()
    string(REGEX MATCHALL "RegisterTest\\([ \n]*\"[A-Za-z0-9_]+\"" calls "${text}")
    foreach(call IN LISTS calls)
      string(REGEX REPLACE ".*\"(.*)\"" "^\\1[.]" name "${call}")
      list(APPEND names "${name}")
    endforeach()
    foreach(line IN LISTS lines)
      if(NOT line MATCHES "^// Labels( of ([A-Za-z0-9_.]+))?: ([a-z, -]+)$")
        message(FATAL_ERROR "${file}: cannot read \"${line}\"; write \"// Labels: LABEL\" or "
                "\"// Labels of Suite.BeginningOfTheName: LABEL\"")
      endif()
      set(beginning "${CMAKE_MATCH_2}")
      string(REGEX MATCHALL "[a-z-]+" labels "${CMAKE_MATCH_3}")
      set(labeled ${names})
      if(beginning)
        string(REPLACE "." "[.]" beginning "^${beginning}")
        set(labeled "")
        foreach(name IN LISTS names)
          string(FIND "${name}" "${beginning}" at)
          if(at EQUAL 0)
            list(APPEND labeled "${name}")
          endif()
        endforeach()
      endif()
      if(NOT labeled)
        message(FATAL_ERROR "${file}: \"${line}\" names no case of this file")
      endif()
      foreach(label IN LISTS labels)
        if(NOT label IN_LIST DUALPATH_LABELS)
          list(JOIN DUALPATH_LABELS ", " known)
          message(FATAL_ERROR "${file}: unknown label \"${label}\"; the labels are ${known}")
        endif()
        foreach(name IN LISTS labeled)
          list(APPEND result "${label}=${name}")
        endforeach()
      endforeach()
    endforeach()
  endforeach()
  set(${out} ${result} PARENT_SCOPE)
endfunction()

# dualpath_describe_cases(<program>)
# Compiles the comments before the cases into the program, as their descriptions in its report.
function(dualpath_describe_cases program)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/${program}_descriptions.cc)
  set(catalogue ${CMAKE_SOURCE_DIR}/cases/catalogue.tsv)
  set(describe ${CMAKE_SOURCE_DIR}/ci/cmake/describe-cases)
  get_target_property(names ${program} SOURCES)
  set(sources "")
  foreach(name IN LISTS names)
    get_filename_component(name ${name} ABSOLUTE)
    list(APPEND sources ${name})
  endforeach()
  add_custom_command(OUTPUT ${table} VERBATIM
    COMMAND ${describe} ${catalogue} ${sources} > ${table}
    DEPENDS ${describe} ${catalogue} ${sources})
  set_source_files_properties(${table} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${program} PRIVATE ${table})
endfunction()

# dualpath_discover_cases(<program>)
# Adds one ctest entry per case, run by `dualpath exec`. Its labels are the suite's name, those given in
# its file, and "case" unless one of them runs only on request.
#
# gtest_discover_tests() keeps only the first of several labels, so labels and other list-valued
# properties are set by <program>_ctest.cmake.
function(dualpath_discover_cases program)
  # ctest runs a target through its emulator, here `dualpath exec`, which restores a VM for each case.
  # It is also used to list the cases.
  set_target_properties(${program} PROPERTIES CROSSCOMPILING_EMULATOR
    "$<TARGET_FILE:dualpath>;exec;--run-of-parent;--place;${DUALPATH_PLACE};--timeout;${DUALPATH_CASE_TIMEOUT};--")
  gtest_discover_tests(${program}
    TEST_LIST ${program}_TESTS
    NO_PRETTY_VALUES  # keeps the names that reports use and --gtest_filter accepts
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${DUALPATH_CTEST_TIMEOUT} SKIP_RETURN_CODE 77)
  add_custom_command(TARGET ${program} POST_BUILD VERBATIM  # after the list of tests was written
    COMMAND ${CMAKE_COMMAND} "-DFILE=${CMAKE_CURRENT_BINARY_DIR}/${program}[1]_tests.cmake"
            -P ${CMAKE_SOURCE_DIR}/ci/cmake/FinishCaseList.cmake)
  dualpath_leave_out_if_not_built(${program})
  get_target_property(sources ${program} SOURCES)
  dualpath_describe_cases(${program})
  set(rules "")
  foreach(source IN LISTS sources)
    get_filename_component(source ${source} ABSOLUTE)
    dualpath_read_labels(rules ${source})
  endforeach()
  get_property(files DIRECTORY PROPERTY TEST_INCLUDE_FILES)
  list(POP_BACK files list)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${program}_ctest.cmake)
  configure_file(${CMAKE_SOURCE_DIR}/ci/cmake/CaseList.cmake.in ${file} @ONLY)
  set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${files} ${file})
endfunction()

# dualpath_prepare_place(<program>)
# Adds the ctest entry that prepares the place for all cases, or cleans it up after them.
function(dualpath_prepare_place program)
  if(DUALPATH_PLACE STREQUAL "lab")
    # Builds the image and the snapshots once, outside the time limits of cases.
    add_test(NAME lab.prepare COMMAND dualpath prepare $<TARGET_FILE:${program}>)
    set_tests_properties(lab.prepare PROPERTIES FIXTURES_SETUP place TIMEOUT ${DUALPATH_CTEST_TIMEOUT}
      LABELS lab)
  else()
    # The rig stays up between cases. This tears it down after the last one.
    add_test(NAME host.rig_down COMMAND ${CMAKE_COMMAND} -E env DUALPATH_PLACE=host
             $<TARGET_FILE:dualpath-rig> down)
    set_tests_properties(host.rig_down PROPERTIES FIXTURES_CLEANUP place TIMEOUT 300 LABELS host)
  endif()
endfunction()
