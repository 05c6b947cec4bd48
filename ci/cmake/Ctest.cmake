# What ctest runs when it is called directly: as ci/cases, nothing that is not built, and nothing that
# runs only on request.

# dualpath_leave_out_if_not_built(<program>)
# Call it after gtest_discover_tests(), which adds the test <program>_NOT_BUILT, which fails.
function(dualpath_leave_out_if_not_built program)
  get_property(files DIRECTORY PROPERTY TEST_INCLUDE_FILES)
  list(POP_BACK files discovered)
  set(guarded ${CMAKE_CURRENT_BINARY_DIR}/${program}_if_built.cmake)
  file(WRITE ${guarded}
    "if(EXISTS \"${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program}\")\n  include(\"${discovered}\")\nendif()\n")
  set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${files} ${guarded})
  set_property(GLOBAL APPEND PROPERTY DUALPATH_CTEST_PROGRAMS ${program})
endfunction()

# dualpath_run_on_request(<program>)
# Moves its tests to those that run only on request.
function(dualpath_run_on_request program)
  get_property(files DIRECTORY PROPERTY TEST_INCLUDE_FILES)
  list(POP_BACK files file)
  set_property(DIRECTORY PROPERTY TEST_INCLUDE_FILES ${files})
  set_property(GLOBAL APPEND PROPERTY DUALPATH_CTEST_ON_REQUEST ${file})
endfunction()

# dualpath_names_of_tests(<out> <directory>)
# Appends the tests that add_test() has added there and below.
function(dualpath_names_of_tests out directory)
  get_property(names DIRECTORY ${directory} PROPERTY TESTS)
  set(all ${${out}} ${names})
  get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(each IN LISTS below)
    dualpath_names_of_tests(all ${each})
  endforeach()
  set(${out} ${all} PARENT_SCOPE)
endfunction()
