# cmake -DFILE=<program>[1]_tests.cmake -P FinishCaseList.cmake
# Finishes the list of cases that gtest_discover_tests() has written:
#  - ctest would show a case as skipped, whatever its exit code, if its output has "[  SKIPPED ]", and has
#    no way to unset that;
#  - the commands become those of <program>_ctest.cmake, which know the labels of a case.
file(READ "${FILE}" text)
string(REGEX REPLACE " SKIP_REGULAR_EXPRESSION ([[]=*[[]|\")[\\]+[[]  SKIPPED [\\]+[]]([]]=*[]]|\")" ""
       text "${text}")
if(NOT text MATCHES "SKIP_RETURN_CODE" OR text MATCHES "SKIPPED|SKIP_REGULAR_EXPRESSION")
  message(FATAL_ERROR "${FILE}: cannot make ctest tell skipped cases by their exit code alone")
endif()
string(REGEX REPLACE "(^|\n)add_test *\\(" "\\1dualpath_add_case(" text "${text}")
string(REGEX REPLACE "(^|\n)set_tests_properties *\\(" "\\1dualpath_set_case(" text "${text}")
file(WRITE "${FILE}" "${text}")
