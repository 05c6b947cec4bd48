# All dependencies: the system's package if installed, otherwise a pinned download. For package names
# see ci/packages (Debian) and ci/host/README.md (Oracle Linux 7).
include(FetchContent)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Extracted files get the current time, so that a new version is rebuilt.
if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW)
endif()

# dualpath_dependency(<target> <package> <fetched name> <url> <sha256>)
# Provides <target>: finds <package>, or downloads and builds it.
# -DFETCHCONTENT_SOURCE_DIR_<NAME>=DIR builds from a local copy instead of the download.
function(dualpath_dependency target package name url sha256)
  if(NOT DUALPATH_FETCH_ALL)
    # CONFIG, since CMake's FindGTest does not provide gmock before 3.23.
    find_package(${package} CONFIG QUIET)
  endif()
  if(TARGET ${target})
    message(STATUS "${package}: installed, version ${${package}_VERSION}")
    return()
  endif()
  message(STATUS "${package}: not installed, building ${url}")
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256})
  FetchContent_MakeAvailable(${name})
endfunction()

option(DUALPATH_FETCH_ALL "Download all dependencies that can be downloaded, even if they are installed" OFF)
set(INSTALL_GTEST OFF)
set(CLI11_BUILD_TESTS OFF)
set(CLI11_BUILD_EXAMPLES OFF)
set(JSON_BuildTests OFF)

dualpath_dependency(GTest::gmock GTest googletest
  https://github.com/google/googletest/archive/refs/tags/v1.14.0.tar.gz
  8ad598c73ad796e0d8280b082cebd82a630d73e73cd3c70057938a6501bba5d7)
dualpath_dependency(spdlog::spdlog spdlog spdlog
  https://github.com/gabime/spdlog/archive/v1.12.0.tar.gz
  4dccf2d10f410c1e2feaff89966bfc49a1abb29ef6f08246335b110e001e09a9)
dualpath_dependency(nlohmann_json::nlohmann_json nlohmann_json json
  https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
  d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
dualpath_dependency(CLI11::CLI11 CLI11 cli11
  https://github.com/CLIUtils/CLI11/archive/v2.3.2.tar.gz
  aac0ab42108131ac5d3344a9db0fdf25c4db652296641955720a4fbe52334e22)

# On OL7, EPEL installs Boost 1.69 alongside the system's older Boost.
if(EXISTS /usr/include/boost169 AND NOT BOOST_ROOT)
  set(BOOST_INCLUDEDIR /usr/include/boost169)
  set(BOOST_LIBRARYDIR /usr/lib64/boost169)
endif()
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 OLD)
endif()
find_package(Boost 1.69 REQUIRED COMPONENTS filesystem)

# Libraries of the system under test: always the installed version.
pkg_check_modules(LIBVIRT REQUIRED IMPORTED_TARGET libvirt>=4.5 libvirt-qemu)
pkg_check_modules(DEVMAPPER REQUIRED IMPORTED_TARGET devmapper)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(UDEV REQUIRED IMPORTED_TARGET libudev)
