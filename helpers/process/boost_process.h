#pragma once

// Boost.Process version 1 of Boost 1.69 to 1.92 as `dualpath::bp`. `boost/process.hpp` is version 1
// up to 1.87 and version 2 since 1.88, which has version 1 under `v1`.

#include <boost/version.hpp>

#if BOOST_VERSION >= 108800
#include <boost/process/v1/args.hpp>
#include <boost/process/v1/async.hpp>
#include <boost/process/v1/async_pipe.hpp>
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/env.hpp>
#include <boost/process/v1/environment.hpp>
#include <boost/process/v1/extend.hpp>
#include <boost/process/v1/group.hpp>
#include <boost/process/v1/io.hpp>
#include <boost/process/v1/search_path.hpp>
#include <boost/process/v1/start_dir.hpp>
#else
#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#endif

namespace dualpath {
#if BOOST_VERSION >= 108800
namespace bp = boost::process::v1;
#else
namespace bp = boost::process;
#endif
}  // namespace dualpath
