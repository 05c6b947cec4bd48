# Build types of the programs that ci/sanitize and ci/fuzz run. They are build types, so that CMake's
# checks run without the flags: one check links statically, which AddressSanitizer does not support.
set(sanitizers address,undefined)
set(DUALPATH_FUZZ FALSE)
if(CMAKE_BUILD_TYPE STREQUAL Sanitize)
  # libFuzzer is clang's. Its instrumentation costs the unit tests little, so that they and the fuzz
  # targets share their objects.
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
  check_cxx_source_compiles(
    "#include <cstddef>\nextern \"C\" int LLVMFuzzerTestOneInput(const char*, std::size_t) { return 0; }"
    DUALPATH_HAS_LIBFUZZER)
  unset(CMAKE_REQUIRED_FLAGS)
  if(DUALPATH_HAS_LIBFUZZER)
    set(DUALPATH_FUZZ TRUE)
    string(APPEND sanitizers ,fuzzer-no-link)
  endif()
endif()
set(CMAKE_CXX_FLAGS_SANITIZE
    "-O0 -g1 -fno-omit-frame-pointer -fsanitize=${sanitizers} -fno-sanitize-recover=all")
set(CMAKE_CXX_FLAGS_SANITIZETHREADS "-O1 -g1 -fno-omit-frame-pointer -fsanitize=thread")
