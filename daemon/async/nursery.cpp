#include "daemon/async/nursery.hpp"
