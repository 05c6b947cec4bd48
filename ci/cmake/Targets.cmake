# What every target of ours has in common.

option(DUALPATH_WERROR "Warnings are errors" ON)

add_library(dualpath_options INTERFACE)
target_include_directories(dualpath_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(dualpath_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${DUALPATH_WERROR}>:-Werror>
  # The same binary from every clone: the lab's snapshots are keyed by what runs in them, and a
  # failure names the file as the reader knows it.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

# dualpath_library(<name> SOURCES <file>... [TESTS <file>...] [LINK <target>...])
# A helper library and, in the one unit-test program, the tests that sit beside it.
function(dualpath_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC dualpath_options ${ARG_LINK})
  list(TRANSFORM ARG_TESTS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY DUALPATH_UNIT_TESTS ${ARG_TESTS})
  set_property(GLOBAL APPEND PROPERTY DUALPATH_TESTED_LIBRARIES ${name})
endfunction()

# The unit tests of every helper library in one program; needs no root, no network, no lab.
function(dualpath_unit_test_program)
  get_property(tests GLOBAL PROPERTY DUALPATH_UNIT_TESTS)
  get_property(libraries GLOBAL PROPERTY DUALPATH_TESTED_LIBRARIES)
  add_executable(dualpath_unit_tests ${tests})
  target_link_libraries(dualpath_unit_tests PRIVATE ${libraries} GTest::gmock GTest::gtest_main)
  target_compile_definitions(dualpath_unit_tests PRIVATE DUALPATH_SOURCE_DIRECTORY="${CMAKE_SOURCE_DIR}")
  get_property(run_by_tests GLOBAL PROPERTY DUALPATH_TEST_PROGRAMS)
  add_dependencies(dualpath_unit_tests ${run_by_tests})
  include(GoogleTest)
  gtest_discover_tests(dualpath_unit_tests TEST_PREFIX unit. DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS unit TIMEOUT 60)
endfunction()
