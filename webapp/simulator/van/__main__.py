from webapp.simulator.van.main import main

main()
