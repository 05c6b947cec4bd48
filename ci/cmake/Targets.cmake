# Settings common to all targets.

option(DUALPATH_WERROR "Warnings are errors" ON)

add_library(dualpath_options INTERFACE)
target_include_directories(dualpath_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(dualpath_options INTERFACE
  -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual
  # The embedded pages.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-overlength-strings>
  # In a group of sources, one file's locals may have the name of another's constant.
  $<$<NOT:$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wshadow>
  $<$<BOOL:${DUALPATH_WERROR}>:-Werror>
  # Makes binaries identical in every clone, since the keys of the lab's snapshots depend on the
  # programs in them. Failures name files relative to the source tree.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

# dualpath_library(<name> SOURCES <file>... [TESTS <file>...] [LINK <target>...])
# Adds a library, and adds the tests next to its sources to the unit test program.
function(dualpath_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC dualpath_options ${ARG_LINK})
  list(TRANSFORM ARG_TESTS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY DUALPATH_UNIT_TESTS ${ARG_TESTS})
  set_property(GLOBAL APPEND PROPERTY DUALPATH_TESTED_LIBRARIES ${name})
endfunction()

# Adds the program with the unit tests of all libraries, which need no root, network or lab.
function(dualpath_unit_test_program)
  get_property(tests GLOBAL PROPERTY DUALPATH_UNIT_TESTS)
  get_property(libraries GLOBAL PROPERTY DUALPATH_TESTED_LIBRARIES)
  add_executable(dualpath_unit_tests ${tests})
  target_link_libraries(dualpath_unit_tests PRIVATE ${libraries} GTest::gmock GTest::gtest_main)
  # Most of the time of compiling a test goes into these headers; without them it takes three times as
  # long.
  target_precompile_headers(dualpath_unit_tests PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <filesystem> <functional> <map> <string> <vector>)
  # Tests of a folder may use a name for different things.
  set_target_properties(dualpath_unit_tests PROPERTIES UNITY_BUILD OFF)
  target_compile_definitions(dualpath_unit_tests PRIVATE DUALPATH_SOURCE_DIRECTORY="${CMAKE_SOURCE_DIR}")
  get_property(run_by_tests GLOBAL PROPERTY DUALPATH_TEST_PROGRAMS)
  add_dependencies(dualpath_unit_tests ${run_by_tests})
  include(GoogleTest)
  gtest_discover_tests(dualpath_unit_tests TEST_PREFIX unit. DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS unit TIMEOUT 60)
  dualpath_leave_out_if_not_built(dualpath_unit_tests)
endfunction()
