include(GoogleTest)

# Real seconds, of the case alone. `dualpath exec` gives up first, with a message and the logs; but
# where it has to make a state first, the case's rig among them, it takes that time besides.
set(DUALPATH_CASE_TIMEOUT 300)
if(DUALPATH_PLACE STREQUAL "host")
  set(DUALPATH_CASE_TIMEOUT 900)  # one holds I/O for five minutes
endif()
math(EXPR DUALPATH_CTEST_TIMEOUT "${DUALPATH_CASE_TIMEOUT} + 1800")

# Kinds of cases that run only when they are asked for; and all.
set(DUALPATH_KINDS_ON_REQUEST SOAK BENCHMARK TABLE LOAD)
set(DUALPATH_KINDS SMOKE TIMERS ${DUALPATH_KINDS_ON_REQUEST})

# dualpath_discover_cases(<program> [<kind> <prefix>...]...)
# One ctest entry per case, run by `dualpath exec`. Labels: the suite's name; the kind, in lower case,
# for the cases whose name begins with one of its prefixes; and "case" for all that need not be asked
# for. Kinds are those above.
#
# gtest_discover_tests() keeps the first of several labels only, so labels and the other list-valued
# properties are set by a file that ctest reads after the one with the tests.
function(dualpath_discover_cases program)
  cmake_parse_arguments(ARG "" "" "${DUALPATH_KINDS}" ${ARGN})
  # CMake puts the "emulator" in front of every command line of the program. That is how each case, and
  # the listing of the cases, runs through `dualpath exec`, which starts the case in a VM of the lab.
  set_target_properties(${program} PROPERTIES CROSSCOMPILING_EMULATOR
    "$<TARGET_FILE:dualpath>;exec;--place;${DUALPATH_PLACE};--timeout;${DUALPATH_CASE_TIMEOUT};--")
  gtest_discover_tests(${program}
    TEST_LIST ${program}_TESTS
    NO_PRETTY_VALUES  # a case has the name that is in its report, by which it can be run alone
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${DUALPATH_CTEST_TIMEOUT} SKIP_RETURN_CODE 77)
  set(properties_file ${CMAKE_CURRENT_BINARY_DIR}/${program}_properties.cmake)
  set(prefixes_by_kind "")
  foreach(kind IN LISTS DUALPATH_KINDS)
    string(REPLACE ";" " " prefixes "${ARG_${kind}}")
    string(APPEND prefixes_by_kind "set(${kind} ${prefixes})\n")
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/ci/cmake/CaseProperties.cmake.in ${properties_file} @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${properties_file})

  if(DUALPATH_PLACE STREQUAL "lab")
    # Image and snapshot are made once, outside the cases' time limits.
    add_test(NAME lab.prepare COMMAND dualpath prepare $<TARGET_FILE:${program}>)
    set_tests_properties(lab.prepare PROPERTIES FIXTURES_SETUP place TIMEOUT 3600 LABELS lab)
  else()
    # The rig stays up from case to case; this takes it down after the last one.
    add_test(NAME host.rig_down COMMAND ${CMAKE_COMMAND} -E env DUALPATH_PLACE=host
             $<TARGET_FILE:dualpath-rig> down)
    set_tests_properties(host.rig_down PROPERTIES FIXTURES_CLEANUP place TIMEOUT 300 LABELS host)
  endif()
endfunction()
